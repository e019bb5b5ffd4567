/** Whether what an address names is there, and if it is, whether it lies in the trash. */

import { queryOptions } from '@tanstack/react-query'
import { api, pathOf } from '../../data/client'
import type { Run } from '../../data/project'
import { projects } from '../../data/projects'

export const projectQuery = (entity: string, project: string) =>
  queryOptions({
    queryKey: ['project', entity, project],
    queryFn: ({ signal }) => projects.get(entity, project, signal),
  })

/** `deleted_at`, in seconds since the epoch, is not 0 for a run in the trash. */
export interface AnyRun extends Run {
  deleted_at: number
}

export const runQuery = (entity: string, project: string, run: string) =>
  queryOptions({
    queryKey: ['run-there', entity, project, run],
    queryFn: ({ signal }) => api.get<AnyRun>(`projects/${pathOf(entity, project)}/runs/${pathOf(run)}`, { signal }),
  })

export const restoreRun = (entity: string, project: string, run: string) =>
  api.post<unknown>(`projects/${pathOf(entity, project)}/runs/restore`, { ids: [run] })
