/** Saved views of a project and the server's memory for long addresses, one function per endpoint. Shapes: `assay.wire.messages.views`. */

import { api, pathOf } from './client'

export type Sharing = 'personal' | 'shared'

/** A view as the server keeps it. `spec` is what the page made of it: opaque here. Times are seconds since the epoch. */
export interface SavedView {
  id: string
  name: string
  page: string
  sharing: Sharing
  is_default: boolean
  is_locked: boolean
  owner: string
  created_at: number
  updated_at: number
  updated_by: string
  revision: number
  /** Listings may leave it out. */
  spec?: unknown
}

export interface ViewVersion {
  revision: number
  updated_at: number
  updated_by: string
  name?: string
  spec?: unknown
}

export interface ViewBody {
  name: string
  page: string
  sharing: Sharing
  spec: unknown
  /** The one that is changed: another answers 409. */
  revision?: number
}

export class ViewsApi {
  readonly path: string

  constructor(entity: string, project: string) {
    this.path = `projects/${pathOf(entity, project)}`
  }

  async list(page: string, signal?: AbortSignal): Promise<SavedView[]> {
    const answer = await api.get<SavedView[] | { views: SavedView[] }>(`${this.path}/views`, {
      query: { page },
      ...(signal ? { signal } : {}),
    })
    return Array.isArray(answer) ? answer : answer.views
  }

  get(id: string, signal?: AbortSignal): Promise<SavedView> {
    return api.get(`${this.path}/views/${pathOf(id)}`, signal ? { signal } : {})
  }

  create(body: ViewBody): Promise<SavedView> {
    return api.post(`${this.path}/views`, body)
  }

  save(id: string, body: ViewBody): Promise<SavedView> {
    return api.put(`${this.path}/views/${pathOf(id)}`, body)
  }

  remove(id: string): Promise<void> {
    return api.delete(`${this.path}/views/${pathOf(id)}`)
  }

  async versions(id: string, signal?: AbortSignal): Promise<ViewVersion[]> {
    const answer = await api.get<ViewVersion[] | { versions: ViewVersion[] }>(
      `${this.path}/views/${pathOf(id)}/versions`,
      signal ? { signal } : {},
    )
    return Array.isArray(answer) ? answer : answer.versions
  }

  lock(id: string, isLocked: boolean): Promise<SavedView> {
    return api.post(`${this.path}/views/${pathOf(id)}/lock`, { is_locked: isLocked })
  }

  /** The view that the project opens with. */
  makeDefault(id: string, isDefault: boolean): Promise<SavedView> {
    return api.post(`${this.path}/views/${pathOf(id)}/default`, { is_default: isDefault })
  }

  /** Keeps what is too long for an address; answers its id, the same for the same. */
  async keep(spec: unknown): Promise<string> {
    return (await api.post<{ id: string }>(`${this.path}/view-links`, { spec })).id
  }

  async kept(id: string, signal?: AbortSignal): Promise<unknown> {
    return (await api.get<{ spec: unknown }>(`${this.path}/view-links/${pathOf(id)}`, signal ? { signal } : {})).spec
  }
}
