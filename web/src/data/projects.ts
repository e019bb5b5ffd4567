/** Projects that the reader can see. Shapes: `assay.wire.messages.projects`. */

import { api, pathOf } from './client'

/** Times are seconds since the epoch. `running_count` counts live runs. `role` is the reader's own. */
export interface Project {
  entity: string
  name: string
  description: string
  created_at: number
  last_activity_at: number
  run_count: number
  running_count: number
  role: string
}

export interface ProjectPage {
  projects: Project[]
  total: number
  next?: string
}

export interface ProjectQuery {
  entity?: string
  search?: string
  cursor?: string
  limit?: number
}

export const projects = {
  list: (query: ProjectQuery, signal?: AbortSignal) =>
    api.get<ProjectPage>('projects', { query: { ...query }, ...(signal ? { signal } : {}) }),
  get: (entity: string, name: string, signal?: AbortSignal) =>
    api.get<Project>(`projects/${pathOf(entity, name)}`, signal ? { signal } : {}),
}
