import { useSignal } from '@preact/signals';
import { signIn } from '../api';
import { givenIn } from '../components/dialog';

/** Where a person signs in. */
export function SignIn() {
  const trouble = useSignal('');
  const busy = useSignal(false);
  return (
    <main class="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const { token = '' } = givenIn(event.currentTarget);
          busy.value = true;
          signIn(token)
            .catch(
              (error: unknown) => (trouble.value = error instanceof Error ? error.message : String(error)),
            )
            .finally(() => (busy.value = false));
        }}
      >
        <h1>Sign in</h1>
        <p>The token is the one that the console was started with: STATEFUL_WORKFLOW_CONSOLE_TOKEN.</p>
        <label class="field">
          <span>Token</span>
          <input name="token" type="password" autocomplete="current-password" required autofocus />
        </label>
        <p class="trouble" role="alert">
          {trouble}
        </p>
        <button class="primary" disabled={busy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
