/** Goes to an address of the application that is given as text: where it is not known beforehand which page it is. */

import { useRouter } from '@tanstack/react-router'
import { useCallback } from 'react'

export function useFollow(): (path: string, isNewTab: boolean) => void {
  const router = useRouter()
  return useCallback(
    (path, isNewTab) => {
      const to = { to: path as never }
      if (isNewTab) window.open(router.buildLocation(to).href, '_blank', 'noopener')
      else void router.navigate(to)
    },
    [router],
  )
}
