import { html } from './html.ts'

/** The last packets of a machine, as a file for Wireshark; `path` is its own in the API. */
export function Packets({ path }: { path: string }) {
  return html`<a class="packets" href=${`/api/v1${path}/packets.pcap`} download>Its last packets (pcap)</a>`
}
