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
  /** Counts saves. */
  revision: number
  /** Whether the reader could save it. */
  may_edit: boolean
  /** Null in listings. */
  spec: unknown
}

/** The view as one save left it. `spec` is null in listings. */
export interface ViewVersion {
  revision: number
  time: number
  user: string
  name: string
  spec: unknown
}

export interface ViewDraft {
  name: string
  page: string
  sharing: Sharing
  spec: unknown
}

/** A save over `revision`, the one that was read: another answers 409. Only what is given changes. */
export interface ViewSave {
  revision: number
  name?: string
  sharing?: Sharing
  spec?: unknown
}

export class ViewsApi {
  readonly path: string

  constructor(entity: string, project: string) {
    this.path = `projects/${pathOf(entity, project)}`
  }

  async list(page: string, signal?: AbortSignal): Promise<SavedView[]> {
    const query = { query: { page }, ...(signal ? { signal } : {}) }
    return (await api.get<{ views: SavedView[] }>(`${this.path}/views`, query)).views
  }

  get(id: string, signal?: AbortSignal): Promise<SavedView> {
    return api.get(this.pathOf(id), signal ? { signal } : {})
  }

  create(draft: ViewDraft): Promise<SavedView> {
    return api.post(`${this.path}/views`, draft)
  }

  save(id: string, save: ViewSave): Promise<SavedView> {
    return api.put(this.pathOf(id), save)
  }

  remove(id: string): Promise<void> {
    return api.delete(this.pathOf(id))
  }

  /** Brings a deleted one back. */
  restore(id: string): Promise<SavedView> {
    return api.post(`${this.pathOf(id)}/restore`, undefined)
  }

  async versions(id: string, signal?: AbortSignal): Promise<ViewVersion[]> {
    const answer = api.get<{ versions: ViewVersion[] }>(`${this.pathOf(id)}/versions`, signal ? { signal } : {})
    return (await answer).versions
  }

  version(id: string, revision: number): Promise<ViewVersion> {
    return api.get(`${this.pathOf(id)}/versions/${revision}`)
  }

  lock(id: string, isLocked: boolean): Promise<SavedView> {
    return api.post(`${this.pathOf(id)}/lock`, { is_locked: isLocked })
  }

  /** The view that the project opens with. */
  makeDefault(id: string, isDefault: boolean): Promise<SavedView> {
    return api.post(`${this.pathOf(id)}/default`, { is_default: isDefault })
  }

  /** Keeps what is too long for an address; answers its id, the same for the same. */
  async keep(spec: unknown): Promise<string> {
    return (await api.post<{ id: string }>(`${this.path}/view-links`, { spec })).id
  }

  async kept(id: string, signal?: AbortSignal): Promise<unknown> {
    return (await api.get<{ spec: unknown }>(`${this.path}/view-links/${pathOf(id)}`, signal ? { signal } : {})).spec
  }

  private pathOf(id: string): string {
    return `${this.path}/views/${pathOf(id)}`
  }
}
