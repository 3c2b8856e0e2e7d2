/** Why a file or folder cannot be read, in words: `error` is what node:fs threw. */
export function whyUnreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'no such file'
  return code === 'EACCES' ? 'permission denied; `sudo`?' : message
}
