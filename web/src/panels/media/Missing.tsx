/** In the place of a medium that is not there: refused, still on its way, or not readable, which is tried again. */

import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { Button } from '../../ui/Button'
import { useAgain } from './again'
import type { MediaFile } from './values'

export function Missing({
  file,
  onRetry = null,
  hasButton = true,
}: {
  file: MediaFile
  /** Given: it could not be loaded. */
  onRetry?: (() => void) | null
  /** Without: the place is a button of its own. */
  hasButton?: boolean
}) {
  const { path, refused } = file
  const client = useQueryClient()
  const place = useRef<HTMLSpanElement>(null)
  useAgain(onRetry, place)
  const [word, why] =
    refused !== ''
      ? ['Refused', refused]
      : onRetry
        ? ['Not readable', 'It may be damaged, or the connection was lost. It is tried again when it comes into sight.']
        : ['On its way', 'It is being encoded or sent; it appears by itself.']
  return (
    <span ref={place} className="im-missing" title={`${path}: ${why}`}>
      {word}
      {refused !== '' && <span className="vh">: {refused}</span>}
      {refused === '' && onRetry && hasButton && (
        <Button
          small
          icon="refresh"
          onClick={() => {
            // The address may have become too old.
            void client.invalidateQueries({ queryKey: ['media'] })
            onRetry()
          }}
        >
          Try again
        </Button>
      )}
    </span>
  )
}
