/// What the server answers at `/openapi.json`.
///
/// Made of `docs/openapi.yaml` by `Scripts/openapi`; never edited by hand.
enum OpenAPIDocument {
    /// The document, OpenAPI 3.1 as JSON.
    static let json: StaticString = #"""
        {"components":{"responses":{"Error":{"content":{"application/json":{"schema":{"$ref":"#/co\#
        mponents/schemas/Error"}}},"description":"An error with a code, what is wrong and what to\#
         do, in two languages."},"MethodNotAllowed":{"content":{"application/json":{"schema":{"$re\#
        f":"#/components/schemas/Error"}}},"description":"The address does not take the method, `h\#
        ttp.method`.","headers":{"Allow":{"description":"The methods that it takes.","schema":{"ty\#
        pe":"string"}}}},"NotFound":{"content":{"application/json":{"schema":{"$ref":"#/components\#
        /schemas/Error"}}},"description":"There is nothing at the address, `http.not_found`."},"OA\#
        uthError":{"content":{"application/json":{"schema":{"oneOf":[{"$ref":"#/components/schemas\#
        /OAuthError"},{"$ref":"#/components/schemas/Error"}]}}},"description":"An error of RFC 674\#
        9 or RFC 8628; of the other shape where the message itself was refused, `http.\u2026`."},"\#
        Refused":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}},\#
        "description":"The request broke a rule of HTTP or a limit, or came too slowly (`http.head\#
        _timeout`, `http.body_timeout`); the\nconnection is closed. What was sent may not have bee\#
        n taken.\n"},"Unavailable":{"content":{"application/json":{"schema":{"$ref":"#/components/\#
        schemas/Error"}}},"description":"Busy, stopping, or the store cannot be read or written. N\#
        othing was taken.","headers":{"Retry-After":{"description":"Seconds.","schema":{"type":"in\#
        teger"}}}}},"schemas":{"Base64URL":{"pattern":"^[A-Za-z0-9_-]*$","type":"string"},"Count":\#
        {"minimum":0,"type":"integer"},"Depth":{"default":0,"maximum":64,"minimum":0,"type":"integ\#
        er"},"DeviceAuthorization":{"properties":{"device_code":{"type":"string"},"expires_in":{"t\#
        ype":"integer"},"interval":{"type":"integer"},"user_code":{"pattern":"^[BCDFGHJKLMNPQRSTVW\#
        XZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$","type":"string"},"verification_uri":{"description":"A p\#
        age under the server's public address that tells how a code is confirmed.","format":"uri",\#
        "type":"string"},"verification_uri_complete":{"description":"The same for this code.","for\#
        mat":"uri","type":"string"}},"required":["device_code","expires_in","interval","user_code"\#
        ,"verification_uri","verification_uri_complete"],"type":"object"},"Dot":{"pattern":"^[0-9a\#
        -f]{16}\\.(0|[1-9][0-9]*)$","type":"string"},"Error":{"properties":{"error":{"properties":\#
        {"advice":{"description":"What to do","in English.":null,"type":"string"},"advice_th":{"ty\#
        pe":"string"},"code":{"examples":["http.body_too_large"],"type":"string"},"message":{"desc\#
        ription":"What is wrong","in English.":null,"type":"string"},"message_th":{"type":"string"\#
        },"position":{"description":"The byte of the head or of the body, or the line of a body of\#
         lines.","minimum":0,"type":"integer"}},"required":["code","message","message_th","advice"\#
        ,"advice_th"],"type":"object"}},"required":["error"],"type":"object"},"FeedAnswerLine":{"o\#
        neOf":[{"properties":{"from":{"type":"integer"},"status":{"enum":["applied","unchanged","s\#
        tale"]},"to":{"type":"integer"}},"required":["from","to","status"],"type":"object"},{"prop\#
        erties":{"advice":{"type":"string"},"code":{"type":"string"},"line":{"type":"integer"},"me\#
        mber":{"type":"string"},"message":{"type":"string"},"offset":{"type":"integer"},"status":{\#
        "const":"refused"}},"required":["line","status","code","message","advice"],"type":"object"\#
        },{"properties":{"applied":{"type":"integer"},"lines":{"type":"integer"},"refused":{"type"\#
        :"integer"},"stale":{"type":"integer"},"status":{"const":"done"},"unchanged":{"type":"inte\#
        ger"}},"required":["status","lines","applied","unchanged","stale","refused"],"type":"objec\#
        t"},{"$ref":"#/components/schemas/FeedStopped"}]},"FeedLine":{"additionalProperties":false\#
        ,"oneOf":[{"required":["body"]},{"required":["deleted"]}],"properties":{"agency":{"$ref":\#
        "#/components/schemas/Identifier"},"as_of":{"maximum":253402300799999,"minimum":0,"type":"\#
        integer"},"body":{"type":"object"},"deleted":{"const":1},"id":{"$ref":"#/components/schema\#
        s/Identifier"},"pid":{"pattern":"^[0-9]{13}$","type":"string"},"source_version":{"minimum"\#
        :1,"type":"integer"},"subject":{"$ref":"#/components/schemas/Identifier"},"table":{"$ref":\#
        "#/components/schemas/Identifier"}},"required":["table","id","as_of","source_version"],"ty\#
        pe":"object"},"FeedStopped":{"properties":{"advice":{"type":"string"},"code":{"enum":["ser\#
        ver.busy","server.storage"]},"message":{"type":"string"},"status":{"const":"stopped"}},"re\#
        quired":["status","code","message","advice"],"type":"object"},"Hashes":{"description":"Asc\#
        ending, none twice.","items":{"$ref":"#/components/schemas/Sum"},"type":"array"},"Identifi\#
        er":{"pattern":"^[A-Za-z0-9_.:-]{1,128}$","type":"string"},"Link":{"pattern":"^[0-9a-f]{16\#
        }$","type":"string"},"Mutation":{"properties":{"chain":{"$ref":"#/components/schemas/Link"\#
        },"frame":{"const":"mutation"},"mid":{"minimum":1,"type":"integer"},"operations":{"items":\#
        {"$ref":"#/components/schemas/Operation"},"maxItems":64,"type":"array"},"schema":{"minimum\#
        ":0,"type":"integer"},"time":{"$ref":"#/components/schemas/Time"}},"required":["frame","mi\#
        d","time","schema","chain","operations"],"type":"object"},"OAuthError":{"properties":{"err\#
        or":{"enum":["authorization_pending","access_denied","expired_token","invalid_grant","inva\#
        lid_request","unsupported_grant_type"]},"error_description":{"type":"string"}},"required":\#
        ["error"],"type":"object"},"Operation":{"properties":{"do":{"enum":["create","delete","set\#
        ","raise","mark","add","remove","increment","write","submit"]},"dots":{"items":{"$ref":"#/\#
        components/schemas/Dot"},"maxItems":1024,"type":"array"},"field":{"$ref":"#/components/sch\#
        emas/Identifier"},"id":{"$ref":"#/components/schemas/Identifier"},"number":{"description":\#
        "For raise and increment.","type":"integer"},"table":{"$ref":"#/components/schemas/Identif\#
        ier"},"text":{"description":"For add, remove and write.","type":"string"},"value":{"descri\#
        ption":"For set and submit."}},"required":["do","table","id"],"type":"object"},"Parts":{"i\#
        tems":{"properties":{"count":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/compon\#
        ents/schemas/Sum"}},"required":["count","sum"],"type":"object"},"type":"array"},"Push":{"p\#
        roperties":{"base_chain":{"$ref":"#/components/schemas/Link"},"frame":{"const":"push"}},"r\#
        equired":["frame","base_chain"],"type":"object"},"ReconcileRequestFrame":{"description":"O\#
        ne line of a request for repair; the first is `reconcile`.","oneOf":[{"properties":{"bytes\#
        _max":{"default":262144,"minimum":0,"type":"integer"},"frame":{"const":"reconcile"},"goes_\#
        on":{"default":0,"enum":[0,1]},"schema":{"default":1,"minimum":0,"type":"integer"}},"requi\#
        red":["frame"],"type":"object"},{"properties":{"bucket":{"type":"string"},"depth":{"$ref":\#
        "#/components/schemas/Depth"},"frame":{"const":"sums"},"low":{"$ref":"#/components/schemas\#
        /Link"},"parts":{"$ref":"#/components/schemas/Parts"},"split":{"maximum":8,"minimum":0,"ty\#
        pe":"integer"}},"required":["frame","bucket","split","parts"],"type":"object"},{"propertie\#
        s":{"bucket":{"type":"string"},"depth":{"$ref":"#/components/schemas/Depth"},"frame":{"con\#
        st":"items"},"hashes":{"$ref":"#/components/schemas/Hashes"},"low":{"$ref":"#/components/s\#
        chemas/Link"}},"required":["frame","bucket","hashes"],"type":"object"}]},"RequestFrame":{"\#
        description":"One line of a request.","oneOf":[{"$ref":"#/components/schemas/Sync"},{"$ref\#
        ":"#/components/schemas/Push"},{"$ref":"#/components/schemas/Mutation"}]},"ResponseFrame":\#
        {"description":"One line of an answer.","oneOf":[{"properties":{"frame":{"const":"hello"},\#
        "magic":{"const":"TRS1"},"server_ms":{"type":"integer"}},"required":["frame","magic","serv\#
        er_ms"],"type":"object"},{"properties":{"ahead":{"$ref":"#/components/schemas/Count"},"buc\#
        ket":{"type":"string"},"count":{"$ref":"#/components/schemas/Count"},"epoch":{"$ref":"#/co\#
        mponents/schemas/Count"},"frame":{"const":"bucket"},"head":{"$ref":"#/components/schemas/C\#
        ount"},"lease_until":{"$ref":"#/components/schemas/Count"},"priority":{"$ref":"#/component\#
        s/schemas/Count"},"sum":{"$ref":"#/components/schemas/Sum"}},"required":["frame","bucket",\#
        "epoch","head","count","sum","priority","lease_until","ahead"],"type":"object"},{"properti\#
        es":{"bucket":{"type":"string"},"frame":{"const":"bucket_gone"}},"required":["frame","buck\#
        et"],"type":"object"},{"properties":{"as_of":{"type":"integer"},"body":{"type":"object"},"\#
        bucket":{"type":"string"},"frame":{"const":"row"},"id":{"$ref":"#/components/schemas/Ident\#
        ifier"},"owner":{"$ref":"#/components/schemas/Identifier"},"rev":{"$ref":"#/components/sch\#
        emas/Count"},"source_version":{"type":"integer"},"table":{"$ref":"#/components/schemas/Ide\#
        ntifier"}},"required":["frame","bucket","table","id","owner","rev","as_of","source_version\#
        ","body"],"type":"object"},{"properties":{"bucket":{"type":"string"},"frame":{"const":"tom\#
        bstone"},"id":{"$ref":"#/components/schemas/Identifier"},"rev":{"$ref":"#/components/schem\#
        as/Count"},"table":{"$ref":"#/components/schemas/Identifier"}},"required":["frame","bucket\#
        ","table","id","rev"],"type":"object"},{"properties":{"code":{"type":"string"},"detail":{"\#
        type":"string"},"first":{"$ref":"#/components/schemas/Count"},"frame":{"const":"outcomes"}\#
        ,"last":{"$ref":"#/components/schemas/Count"},"status":{"enum":["accepted","merged","refus\#
        ed"]}},"required":["frame","first","last","status","code","detail"],"type":"object"},{"des\#
        cription":"An end; more is to come.","properties":{"cursor":{"$ref":"#/components/schemas/\#
        Base64URL"},"frame":{"const":"page"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"\#
        $ref":"#/components/schemas/Sum"}},"required":["frame","cursor","rows","sum"],"type":"obje\#
        ct"},{"description":"An end; the mirror is complete.","properties":{"acked_chain":{"$ref":\#
        "#/components/schemas/Link"},"acked_mid":{"$ref":"#/components/schemas/Count"},"cursor":{"\#
        $ref":"#/components/schemas/Base64URL"},"frame":{"const":"checkpoint"},"lineage":{"$ref":\#
        "#/components/schemas/Base64URL"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$re\#
        f":"#/components/schemas/Sum"}},"required":["frame","cursor","rows","sum","acked_mid","ack\#
        ed_chain","lineage"],"type":"object"},{"description":"An end without rows.","properties":{\#
        "acked_mid":{"$ref":"#/components/schemas/Count"},"frame":{"enum":["unchanged","pushed"]}}\#
        ,"required":["frame","acked_mid"],"type":"object"},{"description":"An end; compare what is\#
         held by `/v1/reconcile`, or begin again with an empty cursor.","properties":{"frame":{"co\#
        nst":"restart"},"reason":{"enum":["cursor.invalid","cursor.lineage","cursor.floor","cursor\#
        .epoch","cursor.future"]}},"required":["frame","reason"],"type":"object"},{"description":"\#
        An end; the rest of the push was not taken.","properties":{"acked_mid":{"$ref":"#/componen\#
        ts/schemas/Count"},"code":{"examples":["push.gap","push.forked"],"type":"string"},"frame":\#
        {"const":"error"},"message":{"type":"string"},"retry_after_ms":{"$ref":"#/components/schem\#
        as/Count"}},"required":["frame","code","message","retry_after_ms","acked_mid"],"type":"obj\#
        ect"},{"description":"What the server holds of a range that differs; one of the answers of\#
         `/v1/reconcile`.","properties":{"bucket":{"type":"string"},"depth":{"$ref":"#/components/\#
        schemas/Depth"},"frame":{"const":"parts"},"low":{"$ref":"#/components/schemas/Link"},"part\#
        s":{"$ref":"#/components/schemas/Parts"},"split":{"maximum":8,"minimum":0,"type":"integer"\#
        }},"required":["frame","bucket","depth","low","split","parts"],"type":"object"},{"descript\#
        ion":"Rows that the server has not.","properties":{"bucket":{"type":"string"},"frame":{"co\#
        nst":"surplus"},"hashes":{"$ref":"#/components/schemas/Hashes"}},"required":["frame","buck\#
        et","hashes"],"type":"object"},{"description":"The end of an answer of `/v1/reconcile`.","\#
        properties":{"answered":{"$ref":"#/components/schemas/Count"},"cursor":{"$ref":"#/componen\#
        ts/schemas/Base64URL"},"frame":{"const":"reconciled"},"rows":{"$ref":"#/components/schemas\#
        /Count"},"sum":{"$ref":"#/components/schemas/Sum"}},"required":["frame","cursor","rows","s\#
        um","answered"],"type":"object"}]},"Sum":{"pattern":"^[0-9a-f]{32}$","type":"string"},"Syn\#
        c":{"properties":{"bytes_max":{"default":262144,"minimum":0,"type":"integer"},"checkpoint"\#
        :{"default":0,"description":"1 asks for a checkpoint also where nothing is new.","enum":[0\#
        ,1]},"cursor":{"$ref":"#/components/schemas/Base64URL"},"frame":{"const":"sync"},"outcomes\#
        _seen":{"default":0,"minimum":0,"type":"integer"},"priority_max":{"default":9,"description\#
        ":"Not used yet.","minimum":0,"type":"integer"},"rows_max":{"default":10000,"minimum":0,"t\#
        ype":"integer"},"schema":{"default":1,"minimum":0,"type":"integer"}},"required":["frame"],\#
        "type":"object"},"Time":{"pattern":"^[0-9a-f]{16}-[0-9a-f]{16}$","type":"string"},"Tokens"\#
        :{"properties":{"access_token":{"pattern":"^tra_","type":"string"},"device_id":{"$ref":"#/\#
        components/schemas/Link","description":"The device that the sign-in named, if it may go on\#
        ; else a new one."},"expires_in":{"type":"integer"},"refresh_token":{"pattern":"^trr_","ty\#
        pe":"string"},"subject":{"$ref":"#/components/schemas/Identifier"},"token_type":{"const":"\#
        Bearer"}},"required":["access_token","device_id","expires_in","refresh_token","subject","t\#
        oken_type"],"type":"object"}},"securitySchemes":{"agency":{"description":"An agency's key,\#
         trk_\u2026","scheme":"bearer","type":"http"},"device":{"description":"An access token, tr\#
        a_\u2026","scheme":"bearer","type":"http"}}},"info":{"description":"The binary form of `/v\#
        1/sync` and all rules are in protocol.md. Nothing here is planned: it describes what the\n\#
        server answers now.\n\nAny other address is answered 404 (`#/components/responses/NotFound\#
        `). Before an address is looked at, a message that\nbreaks a rule of HTTP is refused with\#
         400, 408, 413, 414, 417, 431, 501, 503 or 505, and the connection is closed.\n`HEAD` is a\#
        nswered where `GET` is, but for `/v1/live`.\n","license":{"identifier":"Apache-2.0","name"\#
        :"Apache-2.0"},"summary":"What is JSON in the sync server's interface.","title":"TangRat S\#
        ync","version":"0.1.0"},"openapi":"3.1.0","paths":{"/.well-known/oauth-authorization-serve\#
        r":{"get":{"operationId":"authorisationMetadata","responses":{"200":{"content":{"applicati\#
        on/json":{"schema":{"properties":{"device_authorization_endpoint":{"format":"uri","type":"\#
        string"},"grant_types_supported":{"items":{"type":"string"},"type":"array"},"issuer":{"for\#
        mat":"uri","type":"string"},"response_types_supported":{"items":{"type":"string"},"maxItem\#
        s":0,"type":"array"},"revocation_endpoint":{"format":"uri","type":"string"},"revocation_en\#
        dpoint_auth_methods_supported":{"items":{"const":"none"},"type":"array"},"service_document\#
        ation":{"format":"uri","type":"string"},"token_endpoint":{"format":"uri","type":"string"},\#
        "token_endpoint_auth_methods_supported":{"items":{"const":"none"},"type":"array"}},"requir\#
        ed":["issuer","token_endpoint","device_authorization_endpoint","revocation_endpoint","gran\#
        t_types_supported","response_types_supported"],"type":"object"}}},"description":"The addre\#
        sses, under the server's public address, and the ways to sign in."},"400":{"$ref":"#/compo\#
        nents/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$\#
        ref":"#/components/responses/Refused"}},"security":[],"summary":"What a program must know\#
         to sign a device in (RFC 8414).","tags":["sign-in"]}},"/device":{"get":{"operationId":"ve\#
        rification","responses":{"200":{"content":{"text/html":{"schema":{"type":"string"}}},"desc\#
        ription":"Without a form or a script. It says nothing about any code."},"400":{"$ref":"#/c\#
        omponents/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408"\#
        :{"$ref":"#/components/responses/Refused"}},"security":[],"summary":"A page for people tha\#
        t tells how a sign-in is confirmed.","tags":["sign-in"]}},"/device/{user_code}":{"get":{"o\#
        perationId":"verificationOfCode","parameters":[{"in":"path","name":"user_code","required":\#
        true,"schema":{"type":"string"}}],"responses":{"200":{"content":{"text/html":{"schema":{"t\#
        ype":"string"}}},"description":"As without a code."},"400":{"$ref":"#/components/responses\#
        /Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/compone\#
        nts/responses/Refused"}},"security":[],"summary":"The same page for one code.","tags":["si\#
        gn-in"]}},"/healthz":{"get":{"operationId":"health","responses":{"200":{"content":{"applic\#
        ation/json":{"schema":{"properties":{"status":{"const":"ok"}},"type":"object"}}},"descript\#
        ion":"It does."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components\#
        /responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"}},"security":\#
        [],"summary":"Whether the process answers.","tags":["operations"]}},"/metrics":{"get":{"op\#
        erationId":"metrics","responses":{"200":{"content":{"text/plain":{"schema":{"type":"string\#
        "}}},"description":"No counter names a person."},"400":{"$ref":"#/components/responses/Err\#
        or"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/\#
        responses/Refused"}},"security":[],"summary":"Counters in the text format of Prometheus.",\#
        "tags":["operations"]}},"/openapi.json":{"get":{"operationId":"openapi","responses":{"200"\#
        :{"content":{"application/json":{"schema":{"required":["openapi","info","paths"],"type":"o\#
        bject"}}},"description":"OpenAPI 3.1."},"400":{"$ref":"#/components/responses/Error"},"405\#
        ":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses\#
        /Refused"}},"security":[],"summary":"This document, as JSON.","tags":["operations"]}},"/re\#
        adyz":{"get":{"operationId":"ready","responses":{"200":{"content":{"application/json":{"sc\#
        hema":{"properties":{"status":{"const":"ready"}},"type":"object"}}},"description":"They ar\#
        e."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/M\#
        ethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"503":{"$ref":"#/compone\#
        nts/responses/Unavailable"}},"security":[],"summary":"Whether requests are taken.","tags":\#
        ["operations"]}},"/v1/agency/records":{"post":{"operationId":"feed","requestBody":{"conten\#
        t":{"application/x-ndjson":{"schema":{"$ref":"#/components/schemas/FeedLine"}}},"required"\#
        :true},"responses":{"200":{"content":{"application/x-ndjson":{"schema":{"$ref":"#/componen\#
        ts/schemas/FeedAnswerLine"}}},"description":"Lines as the feed is taken; the last one has\#
         the status `done`."},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/compo\#
        nents/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$\#
        ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},"503"\#
        :{"$ref":"#/components/responses/Unavailable"}},"security":[{"agency":[]}],"summary":"Take\#
        s an agency's rows, of any number.","tags":["feed"]}},"/v1/devices/replace":{"post":{"oper\#
        ationId":"replaceDevice","requestBody":{"content":{"application/x-www-form-urlencoded":{"s\#
        chema":{"properties":{"after":{"format":"int64","minimum":0,"type":"integer"},"device":{"p\#
        attern":"^[0-9a-f]{16}$","type":"string"}},"required":["device","after"],"type":"object"}}\#
        },"required":true},"responses":{"200":{"content":{"application/json":{"schema":{"propertie\#
        s":{"chains":{"pattern":"^([0-9a-f]{16}){0,1000}$","type":"string"},"last":{"format":"int6\#
        4","type":"integer"},"took_effect":{"pattern":"^[01]{0,1000}$","type":"string"}},"required\#
        ":["chains","last","took_effect"],"type":"object"}}},"description":"What the device did af\#
        ter that mutation; nothing of a device that is not known."},"400":{"$ref":"#/components/re\#
        sponses/BadRequest"},"401":{"$ref":"#/components/responses/Unauthorised"},"405":{"$ref":"#\#
        /components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"\#
        413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/responses/Error\#
        "},"503":{"$ref":"#/components/responses/Unavailable"}},"summary":"Ends the rights of a de\#
        vice of the same person, and tells which of its writes were taken.","tags":["sign-in"]}},"\#
        /v1/live":{"get":{"operationId":"live","responses":{"200":{"content":{"text/event-stream":\#
        {"schema":{"type":"string"}}},"description":"Events `moved` and `revoked`; a comment every\#
         25 s."},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/components/respons\#
        es/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/compo\#
        nents/responses/Refused"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":\#
        [{"device":[]}],"summary":"Says when something moved.","tags":["sync"]}},"/v1/oauth/device\#
        _authorization":{"post":{"operationId":"beginSignIn","requestBody":{"content":{"applicatio\#
        n/x-www-form-urlencoded":{"schema":{"properties":{"client_id":{"minLength":1,"type":"strin\#
        g"},"device_id":{"$ref":"#/components/schemas/Link","description":"The device that this on\#
        e has been."},"device_name":{"description":"Cut to 80 bytes.","type":"string"}},"required"\#
        :["client_id"],"type":"object"}}},"required":true},"responses":{"200":{"content":{"applica\#
        tion/json":{"schema":{"$ref":"#/components/schemas/DeviceAuthorization"}}},"description":"\#
        A code to show to the person."},"400":{"$ref":"#/components/responses/OAuthError"},"405":{\#
        "$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Re\#
        fused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/respon\#
        ses/Error"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[],"summary":"\#
        Begins a sign-in (RFC 8628).","tags":["sign-in"]}},"/v1/oauth/revoke":{"post":{"operationI\#
        d":"revokeToken","requestBody":{"content":{"application/x-www-form-urlencoded":{"schema":{\#
        "properties":{"token":{"type":"string"}},"required":["token"],"type":"object"}}},"required\#
        ":true},"responses":{"200":{"content":{"application/json":{"schema":{"maxProperties":0,"ty\#
        pe":"object"}}},"description":"Done; an unknown token is answered in the same way."},"400"\#
        :{"$ref":"#/components/responses/OAuthError"},"405":{"$ref":"#/components/responses/Method\#
        NotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/r\#
        esponses/Refused"},"415":{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/componen\#
        ts/responses/Unavailable"}},"security":[],"summary":"Ends the rights of the device that ho\#
        lds a token (RFC 7009).","tags":["sign-in"]}},"/v1/oauth/token":{"post":{"operationId":"ex\#
        changeToken","requestBody":{"content":{"application/x-www-form-urlencoded":{"schema":{"one\#
        Of":[{"properties":{"device_code":{"type":"string"},"grant_type":{"const":"urn:ietf:params\#
        :oauth:grant-type:device_code"}},"required":["grant_type","device_code"],"type":"object"},\#
        {"properties":{"grant_type":{"const":"refresh_token"},"refresh_token":{"type":"string"}},"\#
        required":["grant_type","refresh_token"],"type":"object"}]}}},"required":true},"responses"\#
        :{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Tokens"}}},\#
        "description":"Tokens. Both are new, also after a refresh."},"400":{"$ref":"#/components/r\#
        esponses/OAuthError"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$re\#
        f":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415"\#
        :{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/components/responses/Unavailable\#
        "}},"security":[],"summary":"Exchanges a device code or a refresh token for tokens.","tags\#
        ":["sign-in"]}},"/v1/reconcile":{"post":{"description":"One frame a line, as for `/v1/sync\#
        `: a `reconcile` and claims go up; what differs comes down. See section 19 of\nprotocol.md\#
        .\n","operationId":"reconcile","requestBody":{"content":{"application/json":{"examples":{"\#
        first":{"summary":"Where to begin; claims follow, one a line.","value":{"frame":"reconcile\#
        "}}},"schema":{"$ref":"#/components/schemas/ReconcileRequestFrame"}},"application/vnd.tang\#
        rat.sync":{}},"required":true},"responses":{"200":{"content":{"application/json":{"schema"\#
        :{"$ref":"#/components/schemas/ResponseFrame"}},"application/vnd.tangrat.sync":{}},"descri\#
        ption":"Frames, one a line, from `hello` to `reconciled` or `error`."},"400":{"$ref":"#/co\#
        mponents/responses/Error"},"401":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/\#
        components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"4\#
        13":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/responses/Error"\#
        },"500":{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/components/responses/Unav\#
        ailable"}},"security":[{"device":[]}],"summary":"Compares what a device holds with the ser\#
        ver, as JSON lines.","tags":["sync"]}},"/v1/sync":{"post":{"description":"One frame a line\#
        . The binary form has the media type `application/vnd.tangrat.sync`. With a binary request\#
        ,\n`Accept: application/json` asks for lines in the answer.\n","operationId":"sync","reque\#
        stBody":{"content":{"application/json":{"examples":{"first":{"summary":"A first sync.","va\#
        lue":{"frame":"sync"}}},"schema":{"$ref":"#/components/schemas/RequestFrame"}},"applicatio\#
        n/vnd.tangrat.sync":{}},"required":true},"responses":{"200":{"content":{"application/json"\#
        :{"schema":{"$ref":"#/components/schemas/ResponseFrame"}},"application/vnd.tangrat.sync":{\#
        }},"description":"Frames, one a line, from `hello` to exactly one end. A short binary answ\#
        er has no `Content-Type`.\n"},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":\#
        "#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"\#
        408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/Refus\#
        ed"},"415":{"$ref":"#/components/responses/Error"},"500":{"$ref":"#/components/responses/E\#
        rror"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"device":[]}],"su\#
        mmary":"Pushes writes and pulls rows, as JSON lines.","tags":["sync"]}}},"servers":[{"desc\#
        ription":"A server on this machine. Elsewhere it stands behind a TLS proxy.","url":"http:/\#
        /127.0.0.1:8470"}],"tags":[{"name":"sign-in"},{"name":"sync"},{"name":"feed"},{"name":"ope\#
        rations"}]}
        """#
}
