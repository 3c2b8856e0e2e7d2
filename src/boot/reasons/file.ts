/** Why a download by TFTP or HTTP did not come to its end, or never began. */
export interface FileReasons extends TransferReasons, LookUpReasons, AnswerFileReasons {}

/** The code says it all. */
export type Nothing = object

/** How a download ended. */
interface TransferReasons {
  'no-answer': Nothing
  'no-ack': { readonly block: number }
  'no-last-ack': Nothing
  'no-progress': Nothing
  /** The client said ERROR, or began the same download anew. */
  'client-stopped': { readonly message: string }
  'client-asked-anew': Nothing
  /** The file could not be read to its end, as the system says. */
  'read-failed': { readonly error: string }
  'server-stopping': Nothing
  /** A fault of ours; the log has it. */
  'internal-error': Nothing
  'read-only': Nothing
  /** A transfer mode that is not binary (RFC 1350 section 5). */
  'only-octet': { readonly mode: string }
  'too-many-from-address': Nothing
  'too-many-transfers': Nothing
}

/** What a name or path leads to instead of a file that may be served. */
interface LookUpReasons {
  /** There is no such file. Lines of versions before this one have their sentence. */
  'file-missing': { readonly message?: string }
  'loader-missing': Nothing
  /** Lines of versions before this one, and what the system says. */
  'file-refused': { readonly message: string }
  'name-too-long': Nothing
  'control-characters': Nothing
  'slash-in-name': Nothing
  'broken-encoding': Nothing
  'nul-in-path': Nothing
  'absolute-path': Nothing
  'path-climbs': Nothing
  'is-folder': Nothing
  'not-regular': Nothing
  /** A symlink leads out of the folders that may be served. */
  'leads-outside': Nothing
  'symlink-loop': Nothing
  /** It was exchanged while it was opened. */
  'moved-meanwhile': Nothing
  'may-not-be-read': Nothing
  /** By a URL that was given for another version of the file. */
  'other-version': Nothing
}

/** Why a machine is not given a file of its attempt. */
interface AnswerFileReasons {
  burnt: Nothing
  'not-its-own': Nothing
  'file-of-another': { readonly name: string; readonly host: string; readonly address: string }
  'login-of-another': { readonly host: string; readonly address: string }
  'login-missing': Nothing
  'booted-anew': { readonly host: string }
}
