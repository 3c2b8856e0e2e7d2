import type { Verdict } from '../boot/verdict.ts'
import type { HostCase, Rule } from './case.ts'
import { bmcTrouble } from './rules/bmc-trouble.ts'
import { callbackFails } from './rules/callback-fails.ts'
import { clock } from './rules/clock.ts'
import { consoleSays } from './rules/console-says.ts'
import { fetchLoop } from './rules/fetch-loop.ts'
import { installFailed } from './rules/install-failed.ts'
import { cameBackInstalling, installLoop } from './rules/install-loop.ts'
import { loaderSilent, secureBoot } from './rules/loader-silent.ts'
import { missingFile } from './rules/missing-file.ts'
import { noDhcp } from './rules/no-dhcp.ts'
import { noLoader } from './rules/no-loader.ts'
import { noReady, noSsh } from './rules/no-ready.ts'
import { noScript6 } from './rules/no-script6.ts'
import { notAskedAgain } from './rules/not-asked-again.ts'
import { notFetched } from './rules/not-fetched.ts'
import { rival } from './rules/rival.ts'
import { router6 } from './rules/router6.ts'
import { silentHost } from './rules/silent-host.ts'
import { stranger } from './rules/stranger.ts'
import { tftpStall } from './rules/tftp-stall.ts'
import { unread } from './rules/unread.ts'
import { wrongArch } from './rules/wrong-arch.ts'
import { wrongLoader } from './rules/wrong-loader.ts'
import { wrongMode } from './rules/wrong-mode.ts'

/** The surest causes first; what is only suspected comes last. */
const rules: readonly Rule[] = [
  missingFile,
  noLoader,
  wrongLoader,
  wrongArch,
  rival,
  stranger,
  bmcTrouble,
  consoleSays,
  wrongMode,
  noDhcp,
  router6,
  silentHost,
  unread,
  notAskedAgain,
  notFetched,
  tftpStall,
  secureBoot,
  loaderSilent,
  noScript6,
  fetchLoop,
  installLoop,
  cameBackInstalling,
  noReady,
  noSsh,
  clock,
  installFailed,
  callbackFails,
]

/** What is wrong with a machine, as far as it can be told; nothing where nothing seems wrong. */
export function diagnose(about: HostCase): Verdict[] {
  return rules.flatMap(rule => rule(about) ?? [])
}
