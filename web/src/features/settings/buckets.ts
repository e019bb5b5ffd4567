/** Buckets of teams in words, without React. */

import { queryOptions } from '@tanstack/react-query'
import { type Bucket, teamBuckets } from '../../data/buckets'

export const bucketQuery = (team: string) =>
  queryOptions({
    queryKey: ['bucket', team],
    queryFn: ({ signal }) => teamBuckets.get(team, signal),
    staleTime: 10_000,
  })

export type Kind = 's3' | 'gs' | 'az' | ''

export function kindOf(address: string): Kind {
  const scheme = /^\s*(s3|gs|az):\/\//.exec(address)?.[1]
  return scheme === 's3' || scheme === 'gs' || scheme === 'az' ? scheme : ''
}

export interface KeyField {
  name: string
  label: string
  isSecret?: boolean
}

const FIELDS: Record<Kind, readonly KeyField[]> = {
  s3: [
    { name: 'access_key_id', label: 'Access key id' },
    { name: 'secret_access_key', label: 'Secret access key', isSecret: true },
  ],
  az: [
    { name: 'account_name', label: 'Account name' },
    { name: 'account_key', label: 'Account key', isSecret: true },
  ],
  gs: [{ name: 'service_account', label: 'Service account (the JSON of its key file)', isSecret: true }],
  '': [],
}

/** What lets the server into a bucket of this kind. */
export const keyFields = (kind: Kind): readonly KeyField[] => FIELDS[kind]

const STATES: Record<Bucket['state'], string> = {
  open: 'It lets the server in',
  refused: 'It refuses the server',
  unreachable: 'It does not answer',
  locked: 'Its keys cannot be read on this server',
  unknown: 'Not asked yet',
}

export const stateText = (state: Bucket['state']): string => STATES[state]
