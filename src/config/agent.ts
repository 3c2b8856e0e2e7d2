/** Where `agent build` leaves the agent, below the assets. */
const folder = 'images/agent'

/** The files of the agent. */
export const agentFiles = {
  kernel: `${folder}/linux`,
  initrd: `${folder}/initrd`,
  /** An initrd more, with all that writes: for machines whose disk is to be written, and for no others. */
  writer: `${folder}/writer`,
} as const

/** It shows on every screen what it does. */
export const agentConsoles = 'console=tty0 console=ttyS0,115200'

/** What is wrong with the agent where one of its files has a problem, which is a sentence. */
export function agentLack(problem: string): string {
  return `the agent is missing: ${problem}: \`bootwright agent build\` makes it`
}
