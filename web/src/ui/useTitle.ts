import { useEffect } from 'react'

/** Names the page in the tab and for a screen reader: `digits · Assay`. */
export function useTitle(...parts: string[]): void {
  const title = [...parts.filter(Boolean), 'Assay'].join(' · ')
  useEffect(() => {
    document.title = title
  }, [title])
}
