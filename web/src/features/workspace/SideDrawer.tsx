/** A drawer beside the page that leaves the page usable, so that each change is seen at once; a sheet over it on a phone. */

import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { IconButton } from '../../ui/Button'
import { DialogContent } from '../../ui/Dialog'
import { useMedia } from '../../ui/useToken'

export function SideDrawer({
  title,
  about,
  onClose,
  tabs,
  head,
  foot,
  children,
}: {
  title: string
  about?: string
  onClose: () => void
  /** Between the head and what scrolls. */
  tabs?: ReactNode
  /** Buttons beside the closing one. */
  head?: ReactNode
  foot?: ReactNode
  children: ReactNode
}) {
  const isPhone = useMedia('(max-width: 720px)')
  return (
    <Radix.Root open modal={isPhone} onOpenChange={open => !open && onClose()}>
      <Radix.Portal>
        {isPhone && <Radix.Overlay className="scrim" />}
        <DialogContent
          className="drawer side"
          {...(about === undefined ? { 'aria-describedby': undefined } : {})}
          // The drawer itself, not the first of its buttons, whose tip would open with it.
          onOpenAutoFocus={event => {
            event.preventDefault()
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
          }}
          // A click on the page goes on arranging it; the drawer is closed by its cross or Escape.
          onInteractOutside={event => !isPhone && event.preventDefault()}
        >
          <div className="drawer-h">
            <Radix.Title className="grow cut">{title}</Radix.Title>
            {head}
            <IconButton icon="close" label="Close" keys="escape" small onClick={onClose} />
          </div>
          {about !== undefined && <Radix.Description className="drawer-about hint">{about}</Radix.Description>}
          {tabs}
          <div className="drawer-b">{children}</div>
          {foot && <div className="drawer-f">{foot}</div>}
        </DialogContent>
      </Radix.Portal>
    </Radix.Root>
  )
}
