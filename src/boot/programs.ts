import type { Profile } from './host.ts'

/** Programs that an install or a console needs on this machine, and how to get each: what follows "get it". */
const sources = {
  ssh: 'with `apt install openssh-client`',
  sshpass: 'with `apt install sshpass`',
  script: 'with `apt install bsdutils`',
  openssl: 'with `apt install openssl`',
  'nixos-anywhere': 'with `nix profile install nixpkgs#nixos-anywhere`',
  nix: 'from https://nixos.org/download, or with `apt install nix-bin`',
} as const

/** The programs without which hosts of a profile cannot be installed, besides their callbacks' own. */
export function programsOf({ login, deploy }: Profile): (keyof typeof sources)[] {
  return [
    ...(login ? (['ssh'] as const) : []),
    ...(login?.way === 'password' ? (['sshpass', 'openssl'] as const) : []),
    ...(deploy?.kind === 'nixosAnywhere' ? (['nixos-anywhere', 'nix'] as const) : []),
  ]
}

/** The sentence for a program that is not there. */
export function lackOfProgram(program: string): string {
  const get = (sources as Readonly<Record<string, string>>)[program]
  const advice = get === undefined ? '' : `; get it ${get}`
  return `there is no program "${program}" in PATH${advice}`
}
