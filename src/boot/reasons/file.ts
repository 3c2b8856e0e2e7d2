/** Why a download by TFTP or HTTP did not come to its end, or never began. */
export interface FileReasons {
  'no-answer': object
  'no-ack': { readonly block: number }
  'no-last-ack': object
  'no-progress': object
  /** The client said ERROR, or began the same download anew. */
  'client-stopped': { readonly message: string }
  'client-asked-anew': object
  /** There is no such file. */
  'file-missing': { readonly message: string }
  'file-refused': { readonly message: string }
}
