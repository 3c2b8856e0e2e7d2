import type { Arch } from './arch.ts'
import type { CallbackEvent } from './callback.ts'
import type { Stage } from './client.ts'
import type { HostState } from './host-state.ts'
import type { ForeignBoot, Reason } from './reason.ts'

/* What there is to know about events of a code; which code has which is in event.ts. */

/** A DHCP packet of a host and what it was answered. */
export interface DhcpData {
  readonly mac: string
  readonly asked: string
  readonly answer: 'offer' | 'ack' | 'nak' | 'advertise' | 'reply' | 'none'
  /** Of IP, where it is not 4. */
  readonly version?: 6
  /** Answered on PXE's port 4011, or as a proxy beside another DHCP server. */
  readonly proxy: boolean
  /** Given with the answer. */
  readonly address?: string
  /** Of a client that boots. */
  readonly stage?: Stage
  readonly arch?: Arch
  /** What the answer tells it to do: load this file, go to its script, boot its disk, nothing. */
  readonly boot?: 'load' | 'chain' | 'image' | 'local' | 'none'
  readonly file?: string
  readonly why?: Reason
}

/** It takes its address from another DHCP server, with what that one says of booting. */
export interface ForeignData {
  /** Its address; in DHCPv6 its MAC, or its DUID in hex. */
  readonly server: string
  /** 6: of DHCPv6. */
  readonly version?: 6
  readonly boot?: ForeignBoot
}

/** A download by TFTP. `bytes` arrived for certain, `size` is the file's. */
export interface TftpData {
  readonly name: string
  readonly bytes?: number
  readonly size?: number
  readonly ms?: number
  readonly why?: Reason
}

/** A file by HTTP, or one that HTTP serves too and that went by TFTP. `url` is its path. */
export interface AssetData {
  readonly url: string
  readonly by?: 'http' | 'tftp'
  readonly size?: number
  readonly ms?: number
}

/** How far a long download is; `rate` is bytes a second, `left` seconds. */
export interface ProgressData {
  readonly name: string
  readonly bytes: number
  readonly size: number
  readonly rate: number
  readonly left: number | null
}

/** What a machine that asked for its script was answered. */
export interface ScriptData {
  /** What it asked for: `script`, `GRUB config`. */
  readonly what?: string
  readonly address: string
  /** Of the install, where it is given one to boot. */
  readonly attempt?: number
  readonly why?: Reason
}

/** `skew`: seconds that the machine's clock is ahead of ours, where it said its time. */
export interface PhoneHomeData {
  readonly attempt: number
  readonly percent?: number
  readonly message?: string
  readonly skew?: number
  /** What of the message was not taken. */
  readonly left?: Reason
}

export interface StateData {
  readonly from: HostState
  readonly to: HostState
  readonly why?: Reason
}

/** `event` is what the callback is made for. */
export interface CallbackData {
  readonly callback: string
  readonly event: CallbackEvent
}

/** A disk that the agent is to write or to read, and the image. */
export interface DiskAndImage {
  readonly disk: string
  readonly serial?: string
  readonly size: number
  readonly image: string
}
