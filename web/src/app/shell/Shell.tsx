/** The frame of every page: rail, top bar, palette, shortcut sheet. The rest of the screen belongs to the page. */

import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef } from 'react'
import { meQuery } from '../../features/signin/model'
import { PasswordDialog } from '../../features/signin/PasswordDialog'
import { ConnectionBanner } from './ConnectionBanner'
import { PaletteHost } from './PaletteHost'
import { Rail } from './Rail'
import { ShortcutSheet } from './ShortcutSheet'
import { TopBar } from './TopBar'
import { showOverlay, useOverlay, useShellActions } from './useShellActions'

const MentionsDialog = lazy(() => import('../../features/mentions/MentionsDialog'))

export function Shell() {
  useShellActions()
  const overlay = useOverlay()
  const main = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  useQuery(meQuery)
  // A new page starts at its top, and the keyboard with it.
  useEffect(() => {
    main.current?.scrollTo(0, 0)
    if (document.activeElement === null || document.activeElement === document.body) main.current?.focus()
    // oxlint-disable-next-line react/exhaustive-deps -- the address is what starts a page
  }, [pathname])
  return (
    <div className="app">
      <a
        className="btn skip"
        href="#main"
        onClick={event => {
          event.preventDefault()
          main.current?.focus()
        }}
      >
        Skip to the page
      </a>
      <Rail />
      <TopBar />
      <main id="main" ref={main} tabIndex={-1}>
        <ConnectionBanner />
        <Outlet />
      </main>
      <PaletteHost />
      <ShortcutSheet />
      <Suspense fallback={null}>
        {overlay === 'mentions' && <MentionsDialog onClose={() => showOverlay(null)} />}
      </Suspense>
      <PasswordDialog isOpen={overlay === 'password'} onClose={() => showOverlay(null)} />
    </div>
  )
}
