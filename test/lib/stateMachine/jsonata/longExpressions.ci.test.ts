import { cases, takesLong } from './cases';
import { describeCases } from './describeCases';

describeCases(cases.filter(takesLong));
