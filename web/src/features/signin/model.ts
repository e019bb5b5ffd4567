/** Who is signed in, as one cached query that every part of the application may read. */

import { queryOptions, useQuery } from '@tanstack/react-query'
import { account, type Me } from '../../data/account'

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => account.me(signal),
  staleTime: Infinity,
  retry: false,
})

/** The person, inside the part of the page that is only shown to one who is signed in. */
export function useMe(): Me {
  const { data } = useQuery(meQuery)
  if (!data) throw new Error('useMe outside the signed-in part of the application')
  return data
}

/** The entities a person's projects can be in, their own first. */
export function entitiesOf(me: Me): string[] {
  return [...new Set([me.default_entity, me.username, ...me.teams.map(({ team }) => team)])].filter(Boolean)
}

/** Takes `#link=TOKEN` out of the address, so that it is in no history, bookmark or screenshot. */
export function takeLinkToken(place: Location, history: History): string | null {
  const fragment = new URLSearchParams(place.hash.slice(1))
  const token = fragment.get('link')
  if (token === null) return null
  fragment.delete('link')
  const rest = fragment.toString()
  history.replaceState(history.state, '', place.pathname + place.search + (rest ? `#${rest}` : ''))
  return token
}
