import { html } from './html.js'

/**
 * The last packets of a machine, as a file for Wireshark and tshark.
 * @param {{ path: string }} props of the host or stranger in the API
 */
export function Packets({ path }) {
  return html`<a class="packets" href=${`/api/v1${path}/packets.pcap`} download>Its last packets (pcap)</a>`
}
