/** The URL of a server without its path: `http://10.0.0.1:8080`. An IPv6 address gets its brackets. */
export function serverUrl(
  address: string,
  port: number,
  scheme: 'http' | 'https' = 'http',
): string {
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** The URL of a file by TFTP, as DHCPv6 says it (RFC 5970). */
export function tftpUrl(address: string, file: string): string {
  return `tftp://[${address}]/${file.split('/').map(encodeURIComponent).join('/')}`
}

/** The same path at another server, which is a URL without one. */
export function atServer(url: string, server: string): string {
  return `${server}${url.replace(/^https?:\/\/[^/]*/, '')}`
}

/** Those of the URLs without a path by which whoever reaches `own` may reach others: by its scheme and family. */
export function besides(own: string, urls: readonly string[]): string[] {
  const kind = kindOf(own)
  return [...new Set(urls)].filter(url => url !== own && kindOf(url) === kind)
}

function kindOf(url: string): string | undefined {
  return /^https?:\/\/\[?/.exec(url)?.[0]
}
