/** The page that stands before everything else until somebody is signed in. The address stays, so the same view follows. */

import { type FormEvent, useState } from 'react'
import { account } from '../../data/account'
import type { ApiError } from '../../data/client'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/controls'
import { Mark } from '../../ui/icons'
import { Banner } from '../../ui/states'

/** Why a sign-in failed, in words for the person who tried. */
export function refusalOf(error: ApiError): string {
  if (error.status === 401) return 'This name and password do not belong together. Check both and try again.'
  if (error.status === 429) return `${error.detail} Too many attempts: wait a moment, then try again.`
  return error.detail || error.title
}

export function SignInForm({
  username: known = '',
  onDone,
  onCancel,
}: {
  /** Given: only the password is asked for. */
  username?: string
  onDone: () => void
  onCancel?: () => void
}) {
  const [username, setUsername] = useState(known)
  const [password, setPassword] = useState('')
  const [error, setError] = useState<string>()
  const [isSending, setSending] = useState(false)

  const send = async () => {
    setSending(true)
    try {
      await account.signIn(username.trim(), password)
      onDone()
    } catch (failure) {
      setError(refusalOf(failure as ApiError))
      setSending(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send()
  }
  return (
    <form className="grid gap-3" onSubmit={submit}>
      {known ? (
        <input type="text" autoComplete="username" value={known} readOnly hidden />
      ) : (
        <Field
          label="Name"
          autoComplete="username"
          autoCapitalize="none"
          autoFocus
          required
          value={username}
          onChange={event => setUsername(event.target.value)}
        />
      )}
      <Field
        label={known ? `Password for ${known}` : 'Password'}
        type="password"
        autoComplete="current-password"
        autoFocus={known !== ''}
        required
        value={password}
        error={error}
        onChange={event => setPassword(event.target.value)}
      />
      <div className="flex justify-end gap-2 pt-1">
        {onCancel && (
          <Button kind="ghost" onClick={onCancel}>
            Not now
          </Button>
        )}
        <Button kind="primary" type="submit" disabled={isSending} className={onCancel ? '' : 'grow'}>
          {isSending ? 'Signing in…' : 'Sign in'}
        </Button>
      </div>
    </form>
  )
}

export function SignInPage({ linkError, onDone }: { linkError: string | null; onDone: () => void }) {
  return (
    <main className="signin">
      <div className="signin-card">
        <Mark size={36} label="" />
        <h1>Sign in to Assay</h1>
        {linkError && (
          <Banner tone="warn" icon="warn">
            {linkError}
          </Banner>
        )}
        <SignInForm onDone={onDone} />
        <p className="hint">
          No password yet, or locked out? On the machine that holds the data, <code>assay server link</code> prints a
          link that signs you in once.
        </p>
      </div>
    </main>
  )
}
