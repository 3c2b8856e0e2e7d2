import { createDurations, createTally } from './counts.ts'

const fast = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]
const transfers = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800]
const installs = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 86_400]

/** Everything that is counted while it happens. The doors are given functions that count here. */
export function createCounters() {
  return {
    /** By network, message and answer. */
    dhcp: createTally(),
    /** From the packet to its reply; what was not replied to is not in here. */
    dhcpReply: createDurations(fast),
    /** By result. */
    tftp: createTally([['done'], ['failed'], ['refused']]),
    tftpBytes: createTally([[]]),
    tftpTransfer: createDurations(transfers),
    /** By route and status code. */
    http: createTally(),
    httpRequest: createDurations(fast),
    httpBytes: createTally([[]]),
    /** By result. */
    httpDownloads: createTally([['sent'], ['client closed'], ['file changed']]),
    /** By event and answer. */
    phoneHome: createTally(),
    /** By outcome. */
    installs: createTally([['installed'], ['failed'], ['cancelled']]),
    /** From the wish to the end of those that were installed. */
    installTime: createDurations(installs),
    /** By result. */
    syslog: createTally([['kept'], ['dropped'], ['stranger']]),
    /** By result. */
    callbacks: createTally([['delivered'], ['retry'], ['undelivered'], ['ended'], ['failed']]),
  }
}

export type Counters = ReturnType<typeof createCounters>
