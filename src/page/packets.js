import { html } from './html.js'

/**
 * The last packets of a machine, as a file for Wireshark and tshark.
 * @param {{ path: string, name: string }} props path: of the host or stranger in the API
 */
export function Packets({ path, name }) {
  const file = `${name.replaceAll(':', '-')}.pcap`
  return html`<a class="packets" href=${`/api/v1${path}/packets.pcap`} download=${file}>Its last packets (pcap)</a>`
}
