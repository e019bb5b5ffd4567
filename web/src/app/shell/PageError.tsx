import type { ErrorComponentProps } from '@tanstack/react-router'
import { failureOf } from '../../ui/failure'
import { FailureMessage } from '../../ui/states'

/** A page that broke while it was drawn. The frame stays, so that the way out is where it always is. */
export function PageError({ error }: ErrorComponentProps) {
  // After an update of the server, a page of the old version asks for parts that are gone: only loading anew helps.
  const isOldPage = /dynamically imported module|module script failed/i.test(String(error))
  const failure = isOldPage
    ? {
        title: 'Part of the application could not be loaded',
        detail:
          'The server was updated, or does not answer. Loading the page again mends the first; nothing was changed.',
        id: '',
      }
    : failureOf(error, 'This page could not be drawn')
  return <FailureMessage isPage failure={failure} onRetry={() => location.reload()} />
}
