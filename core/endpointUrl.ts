/** Whether a text is where a service can be reached: scheme, host, at most a port and a path. What else a URL has would be passed over. */
export function isEndpointUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s/?#@\\][^\s?#@\\]*$/.test(text) || !URL.canParse(text)) return false;
  return new URL(text).port !== '0';
}
