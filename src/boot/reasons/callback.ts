/** Why a callback did not go well. Times are seconds. */
export interface CallbackReasons {
  /** It could not be made from its template, which says why. */
  'template-failed': { readonly error: string }
  /** The HTTP status that the receiver of a webhook answered. */
  'answered-status': { readonly status: number }
  'no-answer-in-time': { readonly seconds: number }
  /** As the system says, with its code, such as ECONNREFUSED. */
  'request-failed': { readonly error: string; readonly errno?: string }
  'cannot-run': { readonly program: string; readonly error: string }
  'cannot-prepare': { readonly error: string }
  'exit-code': { readonly exit: number }
  'ended-by-signal': { readonly signal: string }
  'ran-too-long': { readonly seconds: number }
  /** One step of it. */
  'step-too-long': { readonly step: string; readonly seconds: number }
  'install-ended': object
  'daemon-stops': object
  'daemon-restarted': object
  'daemon-restarted-meanwhile': object
  'daemon-restarted-deploying': object
  'taken-back': object
  'attempt-over': object
  'no-process': object
  'nowhere-found': object
}
