/** Projects that the reader can see. Shapes: `assay.wire.messages.projects`. */

import type { components } from './api.gen'
import { api, pathOf } from './client'
import type { NoteChange } from './run'

/** Times are seconds since the epoch. `running_count` counts live runs. `role` is the reader's own. */
export type Project = components['schemas']['Project']
export type ProjectPage = components['schemas']['ProjectPage']

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
  notesHistory: (entity: string, name: string, signal?: AbortSignal) =>
    api.get<NoteChange[]>(`projects/${pathOf(entity, name)}/notes-history`, signal ? { signal } : {}),
  /** Answers 409 if the description is not `known`, the one that was read. */
  describe: (entity: string, name: string, description: string, known: string) =>
    api.patch<Project>(`projects/${pathOf(entity, name)}`, { description, known_description: known }),
}
