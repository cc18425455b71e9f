/** What to open and to type, once the demo listens at `baseUrl`. */
export function welcome(baseUrl: string): string {
  return `
  The crew is listening on ${baseUrl}

  dashboard   ${baseUrl}/metrics/dashboard
  metrics     ${baseUrl}/metrics
  history     ${baseUrl}/metrics/history
  running     ${baseUrl}/metrics/running
  trends      ${baseUrl}/metrics/trends
  prometheus  ${baseUrl}/metrics?format=prometheus
  ask         curl ${baseUrl}/crew/ask -H 'content-type: application/json' -d '{"question": "What is a histogram?"}'
  stream      curl -N '${baseUrl}/crew/stream?question=What+is+a+histogram'
  a failure   curl ${baseUrl}/crew/ask -H 'content-type: application/json' -d '{"question": "Calculate 2 + bananas"}'
  a slow one  curl -N '${baseUrl}/crew/stream?question=What+does+the+section+%22Teleportation%22+say'
  a timeout   curl -NG ${baseUrl}/crew/stream --data-urlencode "question=What does the section '$(seq -s- 99)' say"

`;
}
