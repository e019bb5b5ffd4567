/** Goes to an address of the application that is given as text: where it is not known beforehand which page it is. */

import { useRouter } from '@tanstack/react-router'
import { useCallback } from 'react'

export function useFollow(): (path: string, isNewTab: boolean) => void {
  const router = useRouter()
  return useCallback(
    (path, isNewTab) => {
      const [page = '', query = ''] = path.split('?')
      const to = { to: page as never, search: router.options.parseSearch(query) as never }
      if (isNewTab) window.open(router.buildLocation(to).href, '_blank', 'noopener')
      else void router.navigate(to)
    },
    [router],
  )
}
