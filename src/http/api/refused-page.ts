import { isIPv6 } from 'node:net'
import { escaped, htmlOf } from './html.ts'

/** A browser whose address is not in `admin.allow`, and how it came here. */
export interface Outsider {
  readonly address: string
  /** This machine, as the browser reached it. */
  readonly server: { readonly address: string; readonly port: number }
  readonly scheme: 'http' | 'https'
  /** Where this machine's own browser would be let in; undefined where it would not. */
  readonly tunnel: string | undefined
}

/** Tells a person outside `admin.allow` both ways in: a line for the config, and a tunnel. */
export function outsiderPage({ address, server, scheme, tunnel }: Outsider): string {
  const [plain = ''] = address.split('%')
  const entry = isIPv6(plain) ? `"${plain}"` : plain
  const lines = `admin:
  allow: [127.0.0.0/8, "::1/128", ${entry}] # and what is in the list already`
  return htmlOf(
    'Bootwright: not from here',
    `<h1>Bootwright answers your address with its page only when told to</h1>
<p>You come from <code>${escaped(plain)}</code>, which is not in <code>admin.allow</code> of the config.</p>
<h2>Let this address in</h2>
<p>In the daemon’s config (a subnet works too, such as <code>192.168.1.0/24</code>), then
<code>bootwright reload</code>:</p>
<pre><code>${escaped(lines)}</code></pre>
${tunnel === undefined ? '' : tunnelHtml(server, scheme, tunnel)}`,
  )
}

function tunnelHtml(server: { address: string; port: number }, scheme: string, to: string): string {
  const { address, port } = server
  const command = `ssh -L ${port}:${inUrl(to)}:${port} ${address}`
  const url = `${scheme}://127.0.0.1:${port}/`
  return `<h2>Or come through SSH</h2>
<p>Nothing has to change for this. Run it where your browser is, then open
<a href="${url}">${url}</a>:</p>
<pre><code>${escaped(command)}</code></pre>
`
}

/** Tells a browser that called us by a name which is not ours what to write to make it so. */
export function otherNamePage(name: string): string {
  const lines = `admin:
  hosts: [${JSON.stringify(name)}] # and what is in the list already`
  return htmlOf(
    'Bootwright: by another name',
    `<h1>Bootwright does not know itself as <code>${escaped(name)}</code></h1>
<p>Call it by an address, or add the name to the daemon’s config, then <code>bootwright reload</code>:</p>
<pre><code>${escaped(lines)}</code></pre>
`,
  )
}

function inUrl(address: string): string {
  return isIPv6(address) ? `[${address}]` : address
}
