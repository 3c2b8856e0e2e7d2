import type { Arch } from './arch.ts'
import type { Stage } from './client.ts'

/** What a timeline's lines carry besides their text, by kind, for whoever draws conclusions from them. */

/** Of kind `dhcp`: a packet and what it was answered. */
export interface DhcpData {
  readonly mac: string
  readonly asked: string
  readonly answer: 'offer' | 'ack' | 'nak' | 'none'
  /** Answered on PXE's port 4011, or as a proxy beside another DHCP server. */
  readonly proxy: boolean
  /** Of a client that boots. */
  readonly stage?: Stage
  readonly arch?: Arch
  /** What the answer tells it to do: load this file, go to its script, boot its disk, nothing. */
  readonly boot?: 'load' | 'chain' | 'image' | 'local' | 'none'
  readonly file?: string
  /** Why there was no answer, or none about booting. */
  readonly reason?: string
}

/** Of kind `dhcp` too: it takes its address from somebody else. */
export interface ForeignData {
  /** Dotted quad. */
  readonly server: string
  /** What that server says of booting: `offers the boot file …`. */
  readonly boot?: string
}

/** Of kind `tftp`: how a download ended. */
export interface TftpData {
  readonly end: 'done' | 'failed' | 'refused'
  readonly name: string
  /** Bytes that arrived for certain, and bytes of the file. */
  readonly bytes?: number
  readonly size?: number
}

/** Of kind `asset`: a file by HTTP, sent to its end or not there. */
export interface AssetData {
  /** URL path. */
  readonly url: string
  readonly status?: 404
}

/** Of kind `script`. */
export interface ScriptData {
  readonly answer: string
  readonly address: string
}

/** Of kind `phone-home`. `skew`: seconds that the machine's clock is ahead of ours, where it said its time. */
export interface PhoneHomeData {
  readonly event: string
  readonly attempt: number
  readonly skew?: number
}

/** Of kind `state`. */
export interface StateData {
  readonly from: string
  readonly to: string
}
