/** `openai.chat` and `openai.responses` are served by `openai`: more labels would be more providers to prices and dashboards. */
export function providerLabel(provider: string): string {
  return provider.split('.', 1)[0]!;
}
