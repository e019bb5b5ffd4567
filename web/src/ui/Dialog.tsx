import { Dialog as Radix } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { IconButton } from './Button'
import { cx } from './cx'
import { useFocusBack } from './useFocusBack'

interface Common {
  isOpen: boolean
  onClose: () => void
  title: string
  children: ReactNode
}

/** A dialog's box. What had the focus before has it again afterwards. */
export function DialogContent(props: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Content
      {...props}
      onCloseAutoFocus={useFocusBack()}
      onEscapeKeyDown={event => {
        // What is written or chosen from within has its own use for the key.
        if (event.target instanceof Element && event.target.closest('[data-escape=own]')) event.preventDefault()
      }}
    />
  )
}

/** A question over the page. `description` is read with the title; without it the content speaks for itself. */
export function Dialog({
  isOpen,
  onClose,
  title,
  description,
  children,
  className,
  isTitleHidden,
}: Common & { description?: ReactNode; className?: string; isTitleHidden?: boolean }) {
  return (
    <Radix.Root open={isOpen} onOpenChange={open => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <DialogContent
          className={cx('dialog', className)}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <Radix.Title className={cx(isTitleHidden && 'vh')}>{title}</Radix.Title>
          {description !== undefined && (
            <Radix.Description asChild>
              <p>{description}</p>
            </Radix.Description>
          )}
          {children}
        </DialogContent>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** Settings of a thing, beside it; a sheet from below on a phone. */
export function Drawer({ isOpen, onClose, title, children, foot }: Common & { foot?: ReactNode }) {
  return (
    <Radix.Root open={isOpen} onOpenChange={open => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <DialogContent
          className="drawer"
          aria-describedby={undefined}
          onOpenAutoFocus={event => {
            // Not the Close button, which is first: its tip would open, and take the Esc that is meant for the drawer.
            event.preventDefault()
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus({ preventScroll: true })
          }}
        >
          <div className="drawer-h">
            <Radix.Title className="grow cut">{title}</Radix.Title>
            <IconButton icon="close" label="Close" keys="escape" small onClick={onClose} />
          </div>
          <div className="drawer-b">{children}</div>
          {foot && <div className="drawer-f">{foot}</div>}
        </DialogContent>
      </Radix.Portal>
    </Radix.Root>
  )
}
