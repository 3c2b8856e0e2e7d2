/** What an answer file that sets up accounts looks like, and what of it lets somebody log in. */
interface Format {
  readonly name: string
  readonly is: RegExp
  readonly letsIn: readonly RegExp[]
}

/** Whatever the format: a key, or a script that writes one or sets a password. */
const anywhere = [
  /\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d+|sk-\S+@openssh\.com)\s+[A-Za-z0-9+/]/,
  />\s*\S*authorized_keys/,
  /\b(?:chpasswd|ssh-copy-id|ssh-import-id|usermod\s.*-p)\b/,
  /\bpasswd\s+(?:--stdin|-d)\b/,
]

/** A password that is one: crypt(3) takes none that begins with `!` or `*`. */
const password = String.raw`["']?[^\s"'!*#]`
/** A YAML list or value that is there. */
const something = String.raw`:\s*(?!\s*(?:\[\s*(?:""|'')?\s*\]|\{\s*\}|null|~|""|'')\s*[,}\]]*\s*$)\S`
const belowIt = String.raw`:[ \t]*\n\s*-\s*\S`

const formats: readonly Format[] = [
  {
    name: 'preseed',
    // Without a word of accounts the installer asks for them.
    is: /^\s*(?:d-i|user-setup-udeb)\s+passwd\//m,
    letsIn: [
      new RegExp(String.raw`\spasswd/(?:root|user)-password(?:-crypted)?\s+password\s+${password}`),
    ],
  },
  {
    name: 'kickstart',
    is: /^\s*(?:%packages|autopart|clearpart|ostreesetup|liveimg)\b/m,
    letsIn: [
      new RegExp(String.raw`^\s*rootpw\s+(?!.*--lock)(?:--\S+\s+)*${password}`, 'm'),
      /^\s*sshkey\s.*\S/m,
      new RegExp(String.raw`^\s*user\s(?!.*--lock).*--password[= ]${password}`, 'm'),
    ],
  },
  {
    name: 'user-data',
    is: /^\s*(?:#cloud-config\b|autoinstall\s*:)/m,
    letsIn: [
      new RegExp(
        String.raw`\b(?:ssh_authorized_keys|authorized-keys|ssh_import_id)${something}`,
        'm',
      ),
      new RegExp(String.raw`\b(?:ssh_authorized_keys|authorized-keys|ssh_import_id)${belowIt}`),
      new RegExp(
        String.raw`\b(?:password|passwd|hashed_passwd|plain_text_passwd)\s*:\s*${password}`,
      ),
    ],
  },
]

/**
 * A sentence where nobody can log in to what an answer file installs: preseed, kickstart and user-data that
 * give nobody a key or a password. Undefined for every other text.
 */
export function noWayIn(text: string): string | undefined {
  const format = formats.find(({ is }) => is.test(text))
  if (format === undefined) return undefined
  const said = text.replace(/^\s*#.*$/gm, '')
  if ([...format.letsIn, ...anywhere].some(way => way.test(said))) return undefined
  return `nobody can log in to what this ${format.name} installs: it gives no account a key or a password`
}
