import { queryOptions } from '@tanstack/react-query'
import { account } from '../../data/account'

export const keysQuery = queryOptions({ queryKey: ['keys'], queryFn: ({ signal }) => account.keys(signal) })

export const capabilitiesQuery = queryOptions({
  queryKey: ['capabilities'],
  queryFn: ({ signal }) => account.capabilities(signal),
  staleTime: Infinity,
})
