package dev.hindsight.ops.ledger;

import dev.hindsight.domain.ledger.Hash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.Arrays;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * An RFC 3161 token over a checkpoint. That its signature is right under the certificate it brings is checked here;
 * whether that authority is to be believed, whoever verifies decides.
 *
 * @param der the token
 * @param at the time that the authority says
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TimestampToken(byte[] der, Instant at) {

    /** It is not a token, not over this checkpoint, or its signature is wrong. Says which. */
    static final class Refused extends Exception {
        Refused(String message) {
            super(message);
        }
    }

    /** What a checkpoint's token is over: SHA-256 of the whole note. */
    static byte[] imprint(String note) {
        return Hash.sha256(note.getBytes(StandardCharsets.UTF_8)).bytes();
    }

    /**
     * Reads and checks one.
     *
     * @param bytes a token, or an authority's response with one
     * @param note of the checkpoint
     */
    static TimestampToken of(byte[] bytes, String note) throws Refused {
        return of(read(bytes), note);
    }

    static TimestampToken of(TimeStampToken token, String note) throws Refused {
        try {
            var info = token.getTimeStampInfo();
            if (!info.getMessageImprintAlgOID().equals(NISTObjectIdentifiers.id_sha256)
                    || !Arrays.equals(info.getMessageImprintDigest(), imprint(note))) {
                throw new Refused("the token is not over the SHA-256 of this checkpoint");
            }
            X509CertificateHolder signer = token.getCertificates().getMatches(null).stream()
                    .filter(certificate -> token.getSID().match(certificate))
                    .findFirst()
                    .orElseThrow(() -> new Refused(
                            "the token does not bring its authority's certificate: ask for it with certReq"));
            token.validate(new JcaSimpleSignerInfoVerifierBuilder().build(signer));
            return new TimestampToken(token.getEncoded(), info.getGenTime().toInstant());
        } catch (TSPException | OperatorCreationException | CertificateException e) {
            throw new Refused("the token's signature is not right");
        } catch (IOException e) {
            throw new Refused("the token cannot be encoded");
        }
    }

    private static TimeStampToken read(byte[] bytes) throws Refused {
        try {
            return new TimeStampToken(new CMSSignedData(bytes));
        } catch (CMSException | TSPException | IOException | RuntimeException noToken) {
            try {
                TimeStampToken token = new TimeStampResponse(bytes).getTimeStampToken();
                if (token != null) {
                    return token;
                }
            } catch (TSPException | IOException | RuntimeException noResponse) {
                throw new Refused("this is no RFC 3161 token");
            }
            throw new Refused("the authority's response has no token");
        }
    }
}
