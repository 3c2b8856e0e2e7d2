import type { FastifyInstance } from 'fastify'
import type { AdminLogList, AdminLogQuery } from '../../api/admin.ts'
import { routes } from '../../api/routes.ts'
import { type AdminRecord, adminView } from './views.ts'

/** The newest entries before an id, newest first. */
export type AdminLogBefore = (id: number, limit: number, host?: string) => readonly AdminRecord[]

/** `GET /admin-log`: who did what and when. */
export function adminLogRoutes(app: FastifyInstance, before: AdminLogBefore): void {
  app.get<{ Querystring: AdminLogQuery }>(
    '/admin-log',
    { schema: routes.adminLog },
    async ({ query }): Promise<AdminLogList> => {
      const from = query.before === undefined ? Number.MAX_SAFE_INTEGER : Number(query.before)
      return { entries: before(from, Number(query.limit ?? 200), query.host).map(adminView) }
    },
  )
}
