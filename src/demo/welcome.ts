/** What to open and to type, once the demo listens at `baseUrl`. */
export function welcome(baseUrl: string): string {
  const post = (path: string, body: object) =>
    `curl ${baseUrl}/crew/${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  return `
  The crew is listening on ${baseUrl}

  dashboard   ${baseUrl}/metrics/dashboard
  metrics     ${baseUrl}/metrics
  history     ${baseUrl}/metrics/history
  running     ${baseUrl}/metrics/running
  trends      ${baseUrl}/metrics/trends
  prometheus  ${baseUrl}/metrics?format=prometheus
  ask         ${post('ask', { question: 'How do I limit a tool?' })}
  stream      curl -N '${baseUrl}/crew/stream?question=What+counts+as+a+request'
  a failure   ${post('ask', { question: 'Calculate 2 + bananas' })}
  a timeout   ${post('ask', { question: 'Ask an expert about tea' })}
  answer it   ${post('expert', { answer: 'Four minutes.' })}

`;
}
