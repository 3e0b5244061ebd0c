package ai.auditor.probes.linear;

import ai.auditor.AuditException;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Count, sum and Gram matrix of some rows; sums of these serve every set of rows made of whole blocks.
 *
 * @param count how many rows
 * @param sum {@code [columns]}
 * @param gram sum of x xᵀ, {@code [columns, columns]}
 */
record Moments(int count, double[] sum, DMatrixRMaj gram) {
    static Moments of(Matrix values, int[] rows) {
        AuditException.checkInterrupted();
        int width = values.columns();
        DMatrixRMaj block = new DMatrixRMaj(rows.length, width);
        double[] sum = new double[width];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < width; j++) {
                double value = values.at(rows[i], j);
                block.data[i * width + j] = value;
                sum[j] += value;
            }
        }
        DMatrixRMaj gram = new DMatrixRMaj(width, width);
        CommonOps_DDRM.multInner(block, gram);
        return new Moments(rows.length, sum, gram);
    }

    static Moments total(List<Moments> blocks, int width) {
        int count = 0;
        double[] sum = new double[width];
        DMatrixRMaj gram = new DMatrixRMaj(width, width);
        for (Moments block : blocks) {
            count += block.count;
            Vectors.addScaled(sum, 1, block.sum);
            CommonOps_DDRM.addEquals(gram, block.gram);
        }
        return new Moments(count, sum, gram);
    }
}
