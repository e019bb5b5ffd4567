/** The addresses of the application. Everything a person sees is in one of them. */

import { createRouter } from '@tanstack/react-router'
import { routeTree } from '../routes'
import { PageError } from './shell/PageError'

/** `/` at the top of a host, `/tools/assay` behind a prefix: wherever the server wrote `<base href>`. */
export const basepathOf = (baseUri: string): string => new URL(baseUri).pathname.replace(/\/$/, '') || '/'

export const router = createRouter({
  routeTree,
  basepath: basepathOf(document.baseURI),
  defaultPreload: 'intent',
  // Data is kept by the query cache; a preloaded route keeps only its code.
  defaultPreloadStaleTime: 0,
  defaultErrorComponent: PageError,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
