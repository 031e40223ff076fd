import { ApplicationFailure, defineSignal, setHandler } from '@temporalio/workflow';
import { defineWorkflow, type StatefulWorkflow } from '../../src/workflow';
import { Desk } from './hierarchy';
import { Customer } from './customer';

/** A mistake in a class. A test corrects it in a bundle of its own: see `correctedBundle()`. */
const mistake = (error: Error): void => {
  if (!'STILL_MISTAKEN'.startsWith('NOT')) throw error;
};

/** Has a function for some items that throws. */
class MistakenCondition extends Desk {
  override readonly managedPaths: StatefulWorkflow['managedPaths'] = {
    tickets: {
      condition({ title }) {
        if (title === 'boom') mistake(new TypeError('a bug in the condition'));
        return true;
      },
    },
  };
}
export const MistakenConditionDeskWorkflow = defineWorkflow(MistakenCondition, {
  name: 'MistakenConditionDeskWorkflow',
});

/** The same with what is made of items; a failure of Temporal's own is a mistake here, too. */
class MistakenProcessing extends Desk {
  override readonly managedPaths: StatefulWorkflow['managedPaths'] = {
    tickets: {
      processData(item) {
        if (item['title'] === 'boom') mistake(ApplicationFailure.nonRetryable('a bug in processData'));
        return item;
      },
    },
  };
}
export const MistakenProcessingDeskWorkflow = defineWorkflow(MistakenProcessing, {
  name: 'MistakenProcessingDeskWorkflow',
});

/** Fails where no cycle runs. */
class FailingByHand extends Customer {
  override setup(): void {
    super.setup();
    setHandler(defineSignal('fail'), () => {
      throw ApplicationFailure.nonRetryable('failed by hand');
    });
  }
}
export const FailingByHandWorkflow = defineWorkflow(FailingByHand);

/** Fails with an error of its own, by its own wish. */
class Particular extends Customer {
  override async execute(): Promise<void> {
    throw new RangeError('out of range');
  }
}
export const ParticularWorkflow = defineWorkflow(Particular, { failureExceptionTypes: [RangeError] });

/** Fails as it begins. */
class FailingSetup extends Customer {
  override setup(): void {
    throw ApplicationFailure.nonRetryable('failed in setup');
  }
}
export const FailingSetupWorkflow = defineWorkflow(FailingSetup);
