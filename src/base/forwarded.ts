/** A request that another process is to answer; who asks was checked where it came in. */
export interface Forwarded {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** What the body is written in, where it is no text. */
  readonly coded?: 'base64'
  /** Bytes that it had, where nobody looks at those after the ones that are here. */
  readonly size?: number
  /** By the scope `none` a machine, which may what machines may. */
  readonly actor: { readonly name: string; readonly scope: string; readonly address: string }
}

export interface ForwardedAnswer {
  readonly status: number
  /** Content type. */
  readonly type: string
  readonly body: string
  /** What the body is written in, where it is no text. */
  readonly coded?: 'base64'
}
