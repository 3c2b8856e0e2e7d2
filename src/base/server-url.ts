/** The URL of a server without its path: `http://10.0.0.1:8080`. An IPv6 address gets its brackets. */
export function serverUrl(
  address: string,
  port: number,
  scheme: 'http' | 'https' = 'http',
): string {
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}`
}
