import { lines } from '../boot/loaders/text.ts'
import { formatIpv4, subnetMask } from '../wire/address.ts'
import { askedUrl, type MediaSettings, type StaticAddress } from './settings.ts'

/**
 * What iPXE does that a medium brings to a BIOS: it asks for the machine's script on one card after the
 * other, again after 1, 2, 4 … 32 s, and then asks who sits there. The same bytes for the same settings.
 */
export function mediaScript(settings: MediaSettings): string {
  const server = askedUrl(settings)
  const card = `\${card}`
  const mac = `\${net${card}/mac:hexhyp}`
  const query = `uuid=\${uuid}&serial=\${serial:uristring}`
  return lines(
    '#!ipxe',
    'set pause:int32 1',
    ':round',
    'set card:int32 0',
    ':card',
    `isset \${net${card}/mac} || goto pause`,
    ...onlyFor(settings, card),
    ...deviceOf(settings, card),
    `ifopen \${dev} || goto next`,
    ...(settings.address ? addressed(settings.address) : [`dhcp \${dev} || goto close`]),
    `chain --autofree --replace ${server}/boot/${mac}/boot.ipxe?${query} ||`,
    ':close',
    `ifclose \${dev}`,
    ':next',
    'inc card',
    'goto card',
    ':pause',
    `iseq \${pause} 64 && goto menu ||`,
    `echo ${server}: no answer for this machine, next try in \${pause} s`,
    `sleep \${pause}`,
    `inc pause \${pause}`,
    'goto round',
    ':menu',
    `menu ${server}: no answer for this machine`,
    'item disk its disk',
    'item again ask again',
    'item shell the shell of iPXE',
    'choose --default disk --timeout 60000 chosen || goto disk',
    `goto \${chosen}`,
    ':again',
    'set pause:int32 1',
    'goto round',
    ':shell',
    'shell',
    'goto menu',
    ':disk',
    'sanboot --no-describe --drive 0x80 ||',
    'exit',
  )
}

function onlyFor({ only }: MediaSettings, card: string): string[] {
  if (!only) return []
  return [
    ...only.macs.map(mac => `iseq \${net${card}/mac} ${mac} && goto mine ||`),
    'goto next',
    ':mine',
  ]
}

/** A VLAN is a device of its own on its card. */
function deviceOf({ vlan }: MediaSettings, card: string): string[] {
  if (vlan === undefined) return [`set dev net${card}`]
  return [
    `set dev net${card}-${vlan}`,
    `isset \${\${dev}/mac} || vcreate --tag ${vlan} net${card} || goto next`,
  ]
}

function addressed({ own, subnet, gateway, dns }: StaticAddress): string[] {
  const set = (name: string, value: string) => `set \${dev}/${name} ${value}`
  const [server] = dns
  return [
    set('ip', formatIpv4(own)),
    set('netmask', formatIpv4(subnetMask(subnet))),
    ...(gateway === undefined ? [] : [set('gateway', formatIpv4(gateway))]),
    ...(server === undefined ? [] : [set('dns', formatIpv4(server))]),
  ]
}
