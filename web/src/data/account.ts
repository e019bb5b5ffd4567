/** Who is signed in, sessions and API keys. Shapes: `assay.wire.messages.accounts`. */

import type { components } from './api.gen'
import { api, pathOf } from './client'

export type Me = components['schemas']['Me']
export type Key = components['schemas']['Key']
export type KeyCreated = components['schemas']['KeyCreated']
export type Capabilities = components['schemas']['Capabilities']

export const account = {
  me: (signal?: AbortSignal) => api.get<Me>('me', signal ? { signal } : {}),
  signIn: (username: string, password: string) => api.post<Me>('session', { username, password }),
  signInWithLink: (token: string) => api.post<Me>('session/link', { token }),
  capabilities: (signal?: AbortSignal) => api.get<Capabilities>('capabilities', signal ? { signal } : {}),
  signOut: () => api.delete<void>('session'),
  changePassword: (current: string, next: string) => api.put<void>('me/password', { current, new: next }),
  changeEmail: (email: string) => api.put<Me>('me/email', { email }),
  keys: (signal?: AbortSignal) => api.get<Key[]>('keys', signal ? { signal } : {}),
  createKey: (name: string) => api.post<KeyCreated>('keys', { name }),
  revokeKey: (id: string) => api.delete<void>(`keys/${pathOf(id)}`),
}
