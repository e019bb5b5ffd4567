/** Buckets of teams: where new contents go. Keys are sent and never answered. Shapes: `assay.wire.messages.buckets`. */

import type { components } from './api.gen'
import { api, pathOf } from './client'

export type Bucket = components['schemas']['Bucket']
export type TeamBuckets = components['schemas']['TeamBuckets']
export type BucketCheck = components['schemas']['BucketCheck']
export type BucketWanted = components['schemas']['BucketWanted']

const at = (team: string): string => `teams/${pathOf(team)}/bucket`

export const teamBuckets = {
  get: (team: string, signal?: AbortSignal) => api.get<TeamBuckets>(at(team), signal ? { signal } : {}),
  set: (team: string, wanted: BucketWanted) => api.put<TeamBuckets>(at(team), wanted),
  leave: (team: string) => api.delete<TeamBuckets>(at(team)),
  check: (team: string, bucket: number) => api.post<BucketCheck>(`${at(team)}/check`, {}, { query: { bucket } }),
  changeKeys: (team: string, bucket: number, keys: Record<string, string>) =>
    api.put<TeamBuckets>(`${at(team)}/keys`, { keys }, { query: { bucket } }),
}
