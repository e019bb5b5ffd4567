/** Who is signed in, sessions and API keys. Shapes: `assay.wire.messages.accounts`. */

import { api, pathOf } from './client'

export interface TeamMembership {
  team: string
  role: 'admin' | 'member' | 'viewer'
}

/** `default_entity` is where runs go that name no entity. */
export interface Me {
  username: string
  display_name: string
  is_admin: boolean
  has_password: boolean
  default_entity: string
  teams: TeamMembership[]
  server_version: string
}

/** `id` is the public part. Times are seconds since the epoch; `last_used_at` 0: never. */
export interface Key {
  id: string
  name: string
  created_at: number
  last_used_at: number
}

export interface KeyCreated {
  key: Key
  /** The only time it is shown whole. */
  secret: string
}

export const account = {
  me: (signal?: AbortSignal) => api.get<Me>('me', signal ? { signal } : {}),
  signIn: (username: string, password: string) => api.post<Me>('session', { username, password }),
  signInWithLink: (token: string) => api.post<Me>('session/link', { token }),
  signOut: () => api.delete<void>('session'),
  changePassword: (current: string, next: string) => api.put<void>('me/password', { current, new: next }),
  keys: (signal?: AbortSignal) => api.get<Key[]>('keys', signal ? { signal } : {}),
  createKey: (name: string) => api.post<KeyCreated>('keys', { name }),
  revokeKey: (id: string) => api.delete<void>(`keys/${pathOf(id)}`),
}
