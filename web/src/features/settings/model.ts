import { queryOptions } from '@tanstack/react-query'
import { account } from '../../data/account'
import { api } from '../../data/client'

export interface Capabilities {
  server_version: string
  batch_format: number
  limits: Record<string, number>
  signed_blobs: boolean
}

export const keysQuery = queryOptions({ queryKey: ['keys'], queryFn: ({ signal }) => account.keys(signal) })

export const capabilitiesQuery = queryOptions({
  queryKey: ['capabilities'],
  queryFn: ({ signal }) => api.get<Capabilities>('capabilities', { signal }),
  staleTime: Infinity,
})
