/** What is used of the package `pg`, which brings no types along. */
declare module 'pg' {
  export interface QueryResult<Row> {
    readonly rows: Row[]
    /** The tag of the command: `INSERT`, `COMMIT`. */
    readonly command: string
  }
  export interface Query {
    /** One that has a name is prepared once for each connection. */
    readonly name?: string
    readonly text: string
    readonly values?: readonly unknown[]
  }
  export interface ClientSettings {
    readonly connectionString: string
    readonly application_name: string
    readonly keepAlive: boolean
    /** Queries are sent without awaiting the answers of those before. */
    readonly pipeline: boolean
    /** Milliseconds. */
    readonly connectionTimeoutMillis: number
    readonly query_timeout?: number
  }
  export class Client {
    constructor(settings: ClientSettings)
    connect(): Promise<void>
    query<Row = Record<string, unknown>>(
      query: string | Query,
      values?: readonly unknown[],
    ): Promise<QueryResult<Row>>
    on(event: 'error' | 'end', listener: (error?: Error) => void): this
    end(): Promise<void>
  }
}
