/** What of a machine's message was not kept. Sizes are bytes. */
export interface MessageReasons {
  'facts-too-many': { readonly count: number; readonly most: number }
  'facts-too-deep': object
  'facts-too-large': { readonly bytes: number; readonly most: number }
  'body-not-kept': { readonly bytes: number }
  'text-not-kept': { readonly bytes: number }
  'files-not-kept': object
  'form-too-long': { readonly most: number }
  'form-cut': object
}
