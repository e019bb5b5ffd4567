import type { ComponentPropsWithRef, ReactNode } from 'react'
import { cx } from './cx'
import { Icon, type IconName } from './icons'
import { Tip } from './Tip'

type Kind = 'plain' | 'primary' | 'ghost' | 'danger' | 'destroy'

const kinds: Record<Kind, string> = {
  plain: '',
  primary: 'primary',
  ghost: 'ghost',
  danger: 'danger',
  destroy: 'danger solid',
}

export interface ButtonProps extends ComponentPropsWithRef<'button'> {
  /** One `primary` a screen; `destroy` only where data is destroyed. */
  kind?: Kind
  small?: boolean
  icon?: IconName
}

export function Button({ kind = 'plain', small, icon, className, children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={cx('btn', kinds[kind], small && 'sm', className)}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </button>
  )
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> {
  icon: IconName
  /** Spoken, and shown as the tip. */
  label: string
  keys?: string
  children?: ReactNode
}

export function IconButton({
  kind = 'ghost',
  small,
  icon,
  label,
  keys,
  className,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <Tip text={label} {...(keys ? { keys } : {})}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={cx('btn icon', kinds[kind], small && 'sm', className)}
      >
        <Icon name={icon} size={14} />
        {children}
      </button>
    </Tip>
  )
}
